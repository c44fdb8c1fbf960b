"""Who calls, whose account, with which token: persistence, the vault, accounts and their credentials."""
