"""The calendar, the districts and the money. This room knows no people."""

from budgeting.models.change import CalendarChange
from budgeting.models.contest import Contest
from budgeting.models.counted import Counted
from budgeting.models.cycle import Cycle, Phase, Supporters
from budgeting.models.district import District, boundaries_of
from budgeting.models.draw import Draw
from budgeting.models.forgotten import Forgotten
from budgeting.models.joint_act import JointAct, OneIsEnough, acts_on
from budgeting.models.secret_check import SecretCheck
from budgeting.models.whole_calendar import check_calendar, check_decisions, check_objections

__all__ = [
    "CalendarChange",
    "Contest",
    "Counted",
    "Cycle",
    "District",
    "Draw",
    "Forgotten",
    "JointAct",
    "OneIsEnough",
    "Phase",
    "SecretCheck",
    "Supporters",
    "acts_on",
    "boundaries_of",
    "check_calendar",
    "check_decisions",
    "check_objections",
]
