import { AuthorizationProvider } from '@nanook/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GitClub } from './git-club.tsx';
import { Users } from './users.tsx';
import './page.css';

/** The user of this tab, as a session would know it. */
const stored = () => sessionStorage.getItem('user') ?? 'alice';

function Page() {
  const [user, setUser] = useState(stored);
  const signIn = (name: string) => {
    sessionStorage.setItem('user', name);
    setUser(name);
  };
  return (
    <AuthorizationProvider
      url="/api/permissions"
      actor={user}
      headers={() => ({ authorization: `Bearer ${user}` })}
    >
      <header>
        <h1>
          <span className="mark" aria-hidden="true" /> GitClub
        </h1>
        <Users user={user} signIn={signIn} />
      </header>
      <GitClub key={user} user={user} />
    </AuthorizationProvider>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
