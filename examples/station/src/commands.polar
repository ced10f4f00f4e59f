# What the player can say, and what happens then. Each answer of `turn` is a line of the reply.

turn(game: Game, words, line) if
  meaning(words, command) and
  respond(game, command, line);

# Words that mean the same.

meaning([direction], ["go", direction]) if opposite(direction, _) and cut;
meaning([letter], ["go", direction]) if
  [letter, direction] in [["n", "north"], ["e", "east"], ["s", "south"], ["w", "west"]] and cut;
meaning(["l"], ["look"]) if cut;
meaning(["i"], ["inventory"]) if cut;
meaning(["get", *rest], command) if meaning(["take", *rest], command) and cut;
meaning(["put", "on", *rest], command) if meaning(["wear", *rest], command) and cut;
meaning([verb, "the", *rest], command) if meaning([verb, *rest], command) and cut;
meaning(["give", thing, "to", "the", "bear"], ["give", thing]) if cut;
meaning(["give", thing, "to", "bear"], ["give", thing]) if cut;
meaning([verb, *words], [verb, key]) if thing(key, name) and [_, *words] = name.split(" ") and cut;
meaning(command, command);

# The first reason against a command is the reply. Without a reason, the command is done.

respond(game: Game, command, line) if prevented(game, command, line) and cut;
respond(game: Game, command, line) if does(game, command, line);
respond(_: Game, command, "I do not know how to do that. Try: help") if not understood(command);

understood([verb]) if verb in ["look", "inventory", "help"];
understood([verb, _]) if
  verb in ["go", "take", "drop", "wear", "light", "give", "pour", "start", "call"];

# Reasons.

prevented(game: Game, _, "The game is over. You are on the way home.") if game.is("won");

prevented(game: Game, ["go", direction], "You cannot go that way.") if
  not exit(game.here, direction, _);
prevented(game: Game, ["go", direction], "The door of the laboratory is locked. It wants a key card.") if
  exit(game.here, direction, "lab") and
  not game.has("card");
prevented(game: Game, ["go", direction], "Forty degrees below zero, and you wear a shirt. Not without a parka.") if
  exit(game.here, direction, "ice") and
  not game.is("dressed");
prevented(game: Game, ["go", "south"], "A white bear sits on the rope, and looks at your pockets.") if
  game.here = "ice" and
  not game.is("fed");

prevented(game: Game, [verb, key], "There is no such thing here.") if
  verb in ["take", "wear", "light", "give", "pour", "start", "call", "drop"] and
  not visible(game, key);
prevented(_: Game, ["take", key], "It is bolted to the ground.") if fixture(key, _, _);
prevented(game: Game, ["take", key], "You have it already.") if game.has(key);
prevented(game: Game, [verb, key], "You do not have it.") if
  verb in ["drop", "wear", "light", "give", "pour"] and
  not game.has(key);
prevented(_: Game, ["wear", key], "It does not fit.") if key != "parka";
prevented(game: Game, ["drop", "parka"], "You would freeze. Keep it on.") if game.is("dressed");
prevented(_: Game, ["light", key], "Better not.") if key != "lamp";
prevented(game: Game, ["light", "lamp"], "With what? You have no fire.") if not game.has("matches");
prevented(game: Game, ["give", _], "Nobody is here.") if game.here != "ice" or game.is("fed");
prevented(_: Game, ["give", key], "The bear does not want it.") if key != "herring";
prevented(_: Game, ["pour", key], "It does not flow.") if key != "fuel";
prevented(game: Game, ["pour", "fuel"], "Not on the floor.") if game.here != "shed";
prevented(game: Game, [verb, "fuel"], "It is too dark to find the tank.") if
  verb = "pour" and not game.is("lit");
prevented(_: Game, ["start", key], "It has no engine.") if key != "generator";
prevented(game: Game, ["start", "generator"], "It coughs once. The tank is empty.") if not game.is("filled");
prevented(_: Game, ["call", key], "It does not answer.") if key != "radio";
prevented(game: Game, ["call", "radio"], "Silence. The radio has no power.") if not game.is("powered");

# Things that the player can reach: those that lie here, those in the pockets, and fixtures.
visible(game: Game, key) if thing(key, _) and game.place_of(key) in [game.here, "pockets"];
visible(game: Game, key) if fixture(key, _, game.here);

# Commands.

does(game: Game, ["look"], line) if
  room(game.here, name, _, _, text) and
  line in [name, text];
does(game: Game, ["look"], line) if
  thing(key, name) and
  game.place_of(key) = game.here and
  line = "You see ".concat(name).concat(".");
does(game: Game, ["look"], line) if
  fixture(_, name, game.here) and
  line = "Here is ".concat(name).concat(".");
does(game: Game, ["look"], line) if
  exit(game.here, direction, to) and
  room(to, name, _, _, _) and
  line = "To the ".concat(direction).concat(": ").concat(name).concat(".");

does(game: Game, ["go", direction], line) if
  exit(game.here, direction, to) and
  game.move(to) and
  does(game, ["look"], line);

does(game: Game, ["take", key], line) if
  thing(key, name) and
  game.put(key, "pockets") and
  line = "You take ".concat(name).concat(".");
does(game: Game, ["drop", key], line) if
  thing(key, name) and
  game.put(key, game.here) and
  line = "You put down ".concat(name).concat(".");

does(game: Game, ["inventory"], "You have nothing.") if not has_anything(game);
does(game: Game, ["inventory"], line) if
  thing(key, name) and
  game.has(key) and
  line = "You have ".concat(name).concat(".");
has_anything(game: Game) if thing(key, _) and game.has(key);

does(game: Game, ["wear", "parka"], "Warm.") if game.note("dressed");
does(game: Game, ["light", "lamp"], "The lamp burns with a small yellow flame.") if game.note("lit");
does(game: Game, ["give", "herring"], "The bear takes the tin with great care, and walks away.") if
  game.put("herring", "nowhere") and
  game.note("fed");
does(game: Game, ["pour", "fuel"], "The tank is full.") if
  game.put("fuel", "nowhere") and
  game.note("filled");
does(game: Game, ["start", "generator"], "It runs. Far away, a light goes on.") if game.note("powered");
does(game: Game, ["call", "radio"], "A voice: \"Station, we hear you. The plane leaves at dawn.\"") if
  game.note("won");

does(_: Game, ["help"], line) if
  line in [
    "north, east, south, west; look; inventory",
    "take, drop, wear, light, pour, start, call <thing>; give <thing> to the bear",
    "Bring the station back on the air."
  ];
