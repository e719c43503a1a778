"""The registry's pages and actions: files taken in, schools, classrooms, pupils, the calendar."""
