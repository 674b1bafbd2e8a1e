"""Who: customers, contacts, identities, people and teams, and what each may see."""
