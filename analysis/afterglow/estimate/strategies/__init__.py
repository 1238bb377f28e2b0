"""One endpoint under several strategies for its intercurrent events, and bounds for the truth."""
