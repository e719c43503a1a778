"""Why a user may not do a thing in screening. None means they may."""
