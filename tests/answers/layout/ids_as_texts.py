# wrong
#
# …The columns of tweets were…id VARCHAR…

layout = ["ALTER TABLE tweets ALTER id TYPE VARCHAR"]
