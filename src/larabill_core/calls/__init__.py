"""Every call to the outside world: recorded first, one key for its life, resolved when its answer never came."""
