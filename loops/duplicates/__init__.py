"""Articles that say the same: found every night, looked at, dismissed or merged into one."""
