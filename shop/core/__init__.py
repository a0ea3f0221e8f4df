"""The words of the house: money, time, states, errors and text. Pure: standard library only."""
