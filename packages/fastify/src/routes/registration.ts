/** The statement that gives the requests of an application their authorization, for messages. */
export const registration = 'await app.register(authorization(authorizer, …))';
