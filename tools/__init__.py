"""Scripts for people who work on Ringfall: nothing in here is part of the installed package."""
