# The station: its rooms, the ways between them, and the things in them.

# room(key, name, column and row on the map, description)
room("bunks", "Bunk room", 0, 1, "Four bunks, three of them empty. The others left with the last plane.");
room("mess", "Mess", 1, 1, "A long table. The stove is cold, and the lights are out.");
room("lab", "Laboratory", 1, 0, "Ice cores in racks, labeled by year.");
room("lock", "Snow lock", 2, 1, "A small room between two doors. The outer one is white with frost.");
room("ice", "The ice", 3, 1, "Wind, and no horizon. A rope leads north to a shed and south to the mast.");
room("shed", "Generator shed", 3, 0, "It smells of diesel.");
room("mast", "Radio mast", 3, 2, "A steel mast, and a radio in a box at its foot.");

way("bunks", "east", "mess");
way("mess", "north", "lab");
way("mess", "east", "lock");
way("lock", "east", "ice");
way("ice", "north", "shed");
way("ice", "south", "mast");

opposite("east", "west");
opposite("west", "east");
opposite("north", "south");
opposite("south", "north");

exit(from, direction, to) if way(from, direction, to);
exit(from, direction, to) if opposite(direction, back) and way(to, back, from);

# thing(key, name): the player can take it.
thing("parka", "a red parka");
thing("card", "a key card");
thing("lamp", "an oil lamp");
thing("herring", "a tin of herring");
thing("matches", "a box of matches");
thing("fuel", "a can of fuel");

# fixture(key, name, place): it stays at its place.
fixture("generator", "the generator", "shed");
fixture("radio", "the radio", "mast");

# The places of the things at the start.
start("parka", "bunks");
start("card", "bunks");
start("lamp", "mess");
start("herring", "mess");
start("matches", "lab");
start("fuel", "lab");
