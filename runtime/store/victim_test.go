package store_test

const victimDir = "STORE_VICTIM"

func liveUntilKilled(string) error { return nil }
