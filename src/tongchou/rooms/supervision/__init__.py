"""Supervision (督导督查): rounds, visits with checklists, findings, coverage; accountability leads and praise."""
