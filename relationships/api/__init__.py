"""What every API of Hearth shares: keys and problem details."""
