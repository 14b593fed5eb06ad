"""The whole program without a screen: one module per noun. Calls only services, intake, casework, practice, doctor."""
