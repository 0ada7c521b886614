"""The evolve loop: from all tickets to better content, process, people and product."""
