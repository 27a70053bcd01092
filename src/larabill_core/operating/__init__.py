"""What operators look at over HTTP: jobs, breakers, what staff did, audits, verify, health."""
