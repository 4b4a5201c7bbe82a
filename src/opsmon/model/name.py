"""Names: what the rest of the words refer to each other by. All are unique over a root."""

from typing import NewType

DeviceName = NewType("DeviceName", str)
SiteName = NewType("SiteName", str)
ContractId = NewType("ContractId", str)
ClauseId = NewType("ClauseId", str)
IncidentId = NewType("IncidentId", str)
CheckName = NewType("CheckName", str)
PersonId = NewType("PersonId", str)  # of people.yaml: all that the journal ever holds of a person on call
ChannelName = NewType("ChannelName", str)
RotaName = NewType("RotaName", str)
PlanName = NewType("PlanName", str)
SilenceId = NewType("SilenceId", str)
OverrideId = NewType("OverrideId", str)
