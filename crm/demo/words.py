"""What customers write and what our people note down. `{line}`, `{name}` and `{product}` are put in."""

from __future__ import annotations

COMMENTS = {
    "promoter": [
        "The crew was done by noon and left the gym spotless.",
        "Our parents noticed the new seats at the very first game.",
        "Ordering was easy and everything arrived when you said it would.",
        "Third order with you, third time without a surprise.",
        "The installer explained the inspection to our custodian. Very helpful.",
        "Strong, simple, and the price was as quoted.",
        "Rita answered within an hour on a Friday afternoon.",
        "The kids love it. So does our insurer.",
        "Looks better than in the catalogue.",
        "You called before we had to. That is rare.",
        "Swim season started on time because of you.",
        "Quick delivery and clear instructions.",
    ],
    "passive": [
        "Good product, the manual could have more pictures.",
        "All fine in the end. Two calls to find out about the delivery day.",
        "Solid, a bit heavier than we expected.",
        "Happy with it, the invoice had the wrong campus on it.",
        "Nets are good. Packaging was a lot of plastic.",
        "Does what it should. A weekend delivery would have helped.",
        "Nice quality, shipping was not cheap.",
        "Good, but the colour is a shade darker than our old set.",
    ],
    "detractor": [
        "One box was missing and nobody could tell us where it was.",
        "The delivery came in the middle of exams.",
        "Bolts did not fit. Our custodian had to buy others.",
        "We waited three weeks longer than promised.",
        "Scratches on two of the panels when we unpacked them.",
        "I was transferred four times before somebody knew our order.",
        "The invoice was wrong twice.",
        "The floor smells weeks after the work was done.",
        "No call before delivery, so nobody was there to unload.",
    ],
}
RECOVERED = [
    "Apologised, sent the missing parts by courier. They arrived the next day.",
    "Talked it through; agreed a fixed delivery window for the next order.",
    "Credited the freight. They are fine with that.",
    "Our crew went back and replaced the panels.",
    "Corrected the invoice while we were on the phone.",
    "Left it with a named contact here. They will call Rita directly.",
    "Visited with the installer; the bolts are replaced.",
]
HEARD = [
    "All well, they use it every day.",
    "Happy. Asked for the inspection checklist, sent it.",
    "Works fine; they may want a second set next term.",
    "Reached voicemail twice, then a short friendly call.",
    "Installed and in use. Their coach wants pads as well.",
]
THANKED = ["Card sent.", "Called to say thank you, they were glad.", "Card and a whistle for the coach sent."]
FOLLOWED = [
    "Quote sent and confirmed.",
    "Sent the drawings they asked for.",
    "They decided to wait for the new budget.",
    "Date agreed with their custodian.",
    "Answered, nothing open.",
]
# channel, mood, words, minutes
TALKS: list[tuple[str, str, str, int | None]] = [
    ("call", "positive", "{name} called to say the {line} are up and everybody is pleased.", 6),
    ("call", "positive", "Checked in with {name}. Season is going well, no open questions.", 9),
    ("call", "neutral", "{name} asked for lead times on {line}. Told three to four weeks.", 7),
    ("call", "neutral", "Walked {name} through the care instructions for the {line}.", 14),
    ("call", "neutral", "{name} wants to move the delivery behind the school holidays. Noted.", 5),
    (
        "call",
        "negative",
        "{name} is annoyed: our driver came unannounced. Apologised, told dispatch.",
        12,
    ),
    ("call", "negative", "Two parts missing in the box for the {line}. Sending them tomorrow.", 8),
    ("call", "", "Left a message for {name} about the yearly inspection.", 2),
    ("email", "neutral", "Sent {name} the drawings for the {line}.", None),
    ("email", "neutral", "{name} confirmed the delivery address and the gate code.", None),
    ("email", "positive", "{name} sent pictures of opening day. We may use them.", None),
    ("email", "negative", "{name} writes that the invoice shows the wrong purchase order number.", None),
    ("email", "neutral", "Quote for {line} sent to {name}, valid for sixty days.", None),
    ("meeting", "positive", "Yearly review with {name}: happy with service, budget up four percent.", 55),
    ("meeting", "neutral", "Went through next year's plans with {name}. {line} come first.", 45),
    ("visit", "positive", "Walked the site with {name}. Everything we delivered is in good shape.", 70),
    ("visit", "neutral", "Measured the hall for {line} together with {name}.", 50),
    ("visit", "negative", "Looked at the worn {line} with {name}. Two sets must not be used any more.", 40),
    ("chat", "neutral", "{name} asked which anchors fit. Sent the table.", None),
    ("text", "neutral", "{name}: truck is here, thank you.", None),
    ("text", "", "Told {name} that the crew comes on Thursday at eight.", None),
    ("event", "positive", "Met {name} at the state athletics conference. Wants to see the new {line}.", 15),
    ("review", "positive", "{name} left five stars: quick, friendly, solid.", None),
    ("social", "positive", "{name} posted the first game on the new {line} and tagged us.", None),
]
NEEDS: list[tuple[str, str, str, int | None]] = [
    ("call", "neutral", "{name} mentioned that the {line} in the old building are at their end.", 11),
    (
        "visit",
        "positive",
        "Saw that their {line} come from somebody else and are worn. {name} is open.",
        35,
    ),
    ("call", "positive", "{name} has budget left until June and thinks about {line}.", 9),
    ("meeting", "neutral", "New campus opens next year: {name} needs {line} for it.", 40),
]
FOLLOW_UPS = [
    "Send the quote for {line}",
    "Call back about {line}",
    "Send drawings for {line}",
    "Ask for the budget decision on {line}",
]
OPEN_TASKS = [
    ("call", "Agree the delivery day", "The truck is free on two days next week."),
    ("todo", "Book the yearly inspection", "Last one was eleven months ago."),
    ("call", "Ask how the new nets hold up", "They bought tournament nets for the first time."),
    ("todo", "Send the care kit price list", "Asked for on the phone."),
    ("call", "Call before their budget meeting", "The board decides at the end of the month."),
    ("follow_up", "Confirm the drawings", "Sent last week, no word yet."),
]
