// Begins the desk.
