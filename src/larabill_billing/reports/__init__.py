"""Reports: recurring revenue and how it moves, churn, open receivables, taxes, sales."""
