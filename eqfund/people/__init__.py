"""Who serves where: invitations, postings, requests for an account, and the pages of them."""
