# wrong
#
# …a table tweets with ('1', 1, 0, 'hello', None)…

layout = ["ALTER TABLE tweets ALTER id TYPE VARCHAR"]
