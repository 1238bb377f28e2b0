"""From moments to endpoints: facts first, strategies after."""
