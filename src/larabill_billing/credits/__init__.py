"""Money of customers that we hold."""
