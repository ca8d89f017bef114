"""A small kind that is right in every respect; tests break it in one place."""

VALID = """\
kind: visit
version: 3
title: {zh: 走访, en: Visit}
purpose: {zh: 走访企业。, en: Visit an enterprise.}
subject: [unit, none]
start: planned
deadline_hours: 48
opened_by: [street_officer, hq_officer]
fields:
  - {key: topic, type: text, title: {zh: 主题, en: Topic}, required: true}
  - key: size
    type: choice
    title: {zh: 规模, en: Size}
    choices:
      small: {zh: 小, en: Small}
      large: {zh: 大, en: Large}
stages:
  planned:
    title: {zh: 待走访, en: Planned}
    owner: owner
    deadline: keeps
    ladder:
      - {after_hours: 0, level: remind, to: [owner]}
      - {after_hours: 24, level: supervise, to: [opener]}
  ruling:
    title: {zh: 裁定中, en: Being ruled on}
    owner: adjudicator
    deadline: 8
    ladder:
      - {after_hours: 0, level: remind, to: [adjudicator]}
  checking:
    title: {zh: 待核验, en: To be verified}
    owner: verifier
    deadline: 24.5
    ladder:
      - {after_hours: 0, level: remind, to: [verifier]}
  closed:
    title: {zh: 已销号, en: Closed}
    end: done
  withdrawn:
    title: {zh: 已撤销, en: Withdrawn}
    end: cancelled
steps:
  report:
    title: {zh: 反馈, en: Report}
    from: [planned]
    to: checking
    by: [owner]
    work: true
    needs:
      - {key: result, type: text, title: {zh: 结果, en: Result}}
      - {key: picture, type: photo, title: {zh: 照片, en: Photo}, at_least: 2}
  progress:
    title: {zh: 报告进展, en: Progress}
    from: [planned]
    to: "="
    by: [owner]
    note: required
  return:
    title: {zh: 退单, en: Return}
    from: [planned]
    to: ruling
    by: [owner]
    return: true
  rule:
    title: {zh: 裁定, en: Rule}
    from: [ruling]
    to: planned
    by: [adjudicator]
    roles: [leader]
    reassigns: true
  verify:
    title: {zh: 核验通过, en: Verify}
    from: [checking]
    to: closed
    by: [verifier]
    verifies: other_person
    closes_children: true
  withdraw:
    title: {zh: 撤销, en: Withdraw}
    from: [planned, checking]
    to: withdrawn
    by: [opener]
    note: required
returns: {limit: 1, adjudicate: ruling}
follow_up: {after_hours: 168, by: opener}
"""
