"""What an exercise asks: answers, how they are judged, and what is said."""
