"""The room's tables."""

from tongchou.rooms.rural.models.farm import Charge, Delivery, Input, Need, Season, Sown, SownPlan, Stock
from tongchou.rooms.rural.models.produce import Offer, Produce, Spoiled
from tongchou.rooms.rural.models.relief import Dismissal, Household, Income, Measure, Problem, WatchLine, YearIncome
from tongchou.rooms.rural.models.work import Job, Wish

__all__ = [
    "Charge", "Delivery", "Dismissal", "Household", "Income", "Input", "Job", "Measure", "Need", "Offer", "Problem", "Produce", "Season", "Sown", "SownPlan",
    "Spoiled", "Stock", "WatchLine", "Wish", "YearIncome",
]  # fmt: skip
