// Asks the endpoint in argv[2] the query in argv[3] by Comunica, and prints the rows as JSON.
import { QueryEngine } from '@comunica/query-sparql';

const [endpoint, query] = process.argv.slice(2);
const stream = await new QueryEngine().queryBindings(query, {
  sources: [{ type: 'sparql', value: endpoint }],
});
const rows = await stream.toArray();
console.log(JSON.stringify(rows.map((row) =>
  Object.fromEntries([...row].map(([name, term]) => [name.value, term.value])))));
