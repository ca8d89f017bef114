"""Projects (重大项目): preliminary steps, readiness to start, obstacles, progress, leaders' visits."""
