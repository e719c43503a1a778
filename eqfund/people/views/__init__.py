"""The pages of people: who serves where, invitations, requests, and the way in."""
