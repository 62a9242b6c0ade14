# error
#
# …Statement 2, CREATE INDEX b ON tweets (autor), failed: Binder Error…

layout = ["CREATE INDEX a ON follows (follower)", "CREATE INDEX b ON tweets (autor)"]
