"""What touchpoints mean: states, readings, alerts and the proof that the scores hold."""
