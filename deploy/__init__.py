"""What puts the app where people are: a Space, a container, and the limits for a public one."""
