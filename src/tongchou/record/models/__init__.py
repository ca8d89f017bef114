"""Tables of record. One module for each subject; every model is importable from here."""

from tongchou.record.models.access import Account, ApiToken, District
from tongchou.record.models.clearances import ClearanceRequest, ClearanceRun
from tongchou.record.models.custody import Custody, Handover, HandoverItem, Holding
from tongchou.record.models.enterprises import Enterprise, Staff, StaffOutcome, SupplyLink, WorkPermit
from tongchou.record.models.exports import PersonalExport
from tongchou.record.models.grades import AreaGrade
from tongchou.record.models.ledger import Act, Event, HeadExport, LedgerEntry, LedgerQueue, ReadSubject, StoredRefusal
from tongchou.record.models.loops import CoUnit, Evidence, KindEdition, Loop, LoopLink, StoredFile
from tongchou.record.models.people import Fact, Household, Person, PersonMerge
from tongchou.record.models.places import Area, AreaChange, Edition
from tongchou.record.models.selections import LoopSelection, SelectedLoop
from tongchou.record.models.units import Post, PostHolding, Responsibility, Unit
from tongchou.record.models.work_orders import WorkOrder

__all__ = [
    "Account", "Act", "ApiToken", "Area", "AreaChange", "AreaGrade", "ClearanceRequest", "ClearanceRun", "CoUnit", "Custody", "District", "Edition",
    "Enterprise", "Event", "Evidence", "Fact", "Handover", "HandoverItem", "HeadExport", "Holding", "Household", "KindEdition", "LedgerEntry", "LedgerQueue",
    "Loop", "LoopLink", "LoopSelection", "Person", "PersonMerge", "PersonalExport", "Post", "PostHolding", "ReadSubject", "Responsibility", "SelectedLoop", "Staff",
    "StaffOutcome", "StoredFile", "StoredRefusal", "SupplyLink", "Unit", "WorkOrder", "WorkPermit",
]  # fmt: skip
