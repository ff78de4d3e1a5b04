"""Of which rows of campaigns every change is kept, as merchants keeps those of its own."""

from campaigns.models.alert import AlertRule
from portal.lib.history import keep

keep(AlertRule)
