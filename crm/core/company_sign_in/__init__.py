"""Sign-in through the company's own OpenID provider, on top of allauth's client.

`provider` asks and checks the answer, `people` says who it is here, `second_factor` whether ours is asked.
"""
