"""The database of record: who and where, loops, custody, ledger, access, and act(), the one door for every change."""
