"""Who somebody is, and what they may enter: session tokens become tickets, tickets become seats.

Guests sign themselves in.  Accounts, parties and ranked queues have their place here: whoever they
are and however they were matched, what reaches the game is a `Grant` behind a ticket.
"""
