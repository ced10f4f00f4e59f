console.log('GitClub on Express: to come', process.argv.slice(2));
