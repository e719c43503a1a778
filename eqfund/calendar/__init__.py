"""The term's calendar: its moments, who may extend what, the fund's editor, and its forms on paper and in people's own calendars."""
