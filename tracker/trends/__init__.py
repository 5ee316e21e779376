"""How much room each subject got, and what rises and fades."""
