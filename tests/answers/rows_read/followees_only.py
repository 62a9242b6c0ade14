# wrong: followees_only

followees = 10
rows_read = [followees + followees * posts for posts in (5, 20, 80)]
