/** The users of GitClub, and what they are. */
const users: Readonly<Record<string, string>> = {
  alice: 'owns Acme',
  bob: 'member of both',
  carol: 'maintains Anvil',
  mara: 'owns the Guild',
  sam: 'supports Acme',
};

/** Lets a visitor choose a user. */
export const Users = ({
  user,
  signIn,
}: {
  readonly user: string;
  readonly signIn: (name: string) => void;
}) => (
  <nav className="users" aria-label="Sign in as">
    {Object.entries(users).map(([name, role]) => (
      <button key={name} type="button" aria-pressed={name === user} onClick={() => signIn(name)}>
        <span className={`face ${name}`} aria-hidden="true">
          {name[0]!.toUpperCase()}
        </span>
        <span>
          <b>{name}</b>
          <small>{role}</small>
        </span>
      </button>
    ))}
  </nav>
);
