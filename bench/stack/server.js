// The backend of the benchmark's stack: asks PostgreSQL for every health check, and notes each of its starts there. It
// speaks just enough of the protocol for one statement on a trusted connection, because a driver would have to be fetched.
'use strict';
const http = require('http');
const net = require('net');

function query(statement) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(5432, 'db');
    let buffer = Buffer.alloc(0);
    let asked = false;
    let row = null;
    const fail = (error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(1500, () => fail(new Error('the database does not answer')));
    socket.on('error', fail);
    socket.on('close', () => reject(new Error('the database closed the connection')));
    socket.on('connect', () => {
      const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
      const head = Buffer.alloc(8);
      head.writeInt32BE(8 + parameters.length, 0);
      head.writeInt32BE(196608, 4);
      socket.write(Buffer.concat([head, parameters]));
    });
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 5 && buffer.length > buffer.readInt32BE(1)) {
        const type = String.fromCharCode(buffer[0]);
        const end = 1 + buffer.readInt32BE(1);
        const body = buffer.subarray(5, end);
        buffer = buffer.subarray(end);
        if (type === 'E') {
          fail(new Error(body.toString().replace(/\0/g, ' ')));
        } else if (type === 'D') {
          row = body.readInt16BE(0) > 0 && body.readInt32BE(2) >= 0 ? body.subarray(6, 6 + body.readInt32BE(2)).toString() : '';
        } else if (type === 'Z' && !asked) {
          asked = true;
          const text = Buffer.from(statement + '\0');
          const head = Buffer.alloc(5);
          head.write('Q');
          head.writeInt32BE(4 + text.length, 1);
          socket.write(Buffer.concat([head, text]));
        } else if (type === 'Z') {
          socket.end(Buffer.from([88, 0, 0, 0, 4]));
          resolve(row);
        }
      }
    });
  });
}

const release = process.env.RELEASE;

http.createServer((request, response) => {
  const answer = (status, document) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(document));
  };
  if (request.url !== '/api/health') {
    answer(404, { status: 'not found' });
  } else if (release === 'broken') {
    answer(500, { status: 'error', release });
  } else {
    query('select count(*) from starts').then(
      (starts) => answer(200, { status: 'ok', release, starts: Number(starts), database: { status: 'connected' } }),
      (error) => answer(503, { status: 'error', release, database: { status: error.message } }));
  }
}).listen(3001);

query(`create table if not exists starts (release text, at timestamptz default now());
       insert into starts (release) values ('${release}')`).catch((error) => {
  console.error(error.message);
  process.exit(1);
});

process.on('SIGTERM', () => process.exit(0));
