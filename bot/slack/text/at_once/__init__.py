"""What is approved without asking anybody: pre-approvals and emergencies."""
