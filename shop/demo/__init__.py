"""The demo: six workshops, forty products, sixty orders in every state. All of it is invented."""
