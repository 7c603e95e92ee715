import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeInC, resolveInC } from '../../../../src/language/flounder/in-c.ts';
import { plainText, ROOT, samples, SourceTree } from './source-tree.ts';

const tree = new SourceTree(samples());

/** Where a C name leads, as `path: text there`. */
function origin(name: string, ...includes: string[]): string | undefined {
  const found = resolveInC(name, includes, tree);
  if (!found) return undefined;
  const path = found.location.uri.slice(ROOT.length);
  const { source } = tree.interface(path);
  const { start, end } = found.location.range;
  return `${path}: ${source.slice({ start: source.offsetAt(start), end: source.offsetAt(end) })}`;
}

test('generated names lead to what they were generated from', () => {
  const disk = (text: string): string => `if/disk_queue.if: ${text}`;
  assert.equal(origin('disk_queue_submit__tx'), disk('submit'));
  assert.equal(origin('disk_queue_attach_call__rx_method_fn'), disk('attach'));
  assert.equal(origin('disk_queue_attach__rpc_tx_method_fn'), disk('attach'));
  assert.equal(origin('disk_queue_identify_response__msgnum'), disk('identify'));
  assert.equal(origin('disk_queue__completed_sense_MAX_ARGUMENT_SIZE'), disk('completed'));
  assert.equal(origin('disk_queue_request_t'), disk('request'));
  assert.equal(origin('_disk_queue_request__struct'), disk('request'));
  assert.equal(origin('disk_queue_TIMED_OUT'), disk('TIMED_OUT'));
  assert.equal(origin('disk_queue_genpaddr_t'), 'if/platform/x86_64.if: genpaddr');
  for (const name of [
    'binding',
    'export',
    'bind',
    'rx_vtbl',
    'rpc_tx_vtbl',
    'lmp_binding',
    'ump_ipi_accept',
    'thc_connect',
    '__dummy__msgnum',
  ]) {
    assert.equal(origin(`disk_queue_${name}`), disk('disk_queue'), name);
  }
  assert.equal(origin('IF_TYPE_DISK_QUEUE'), disk('disk_queue'));
  assert.equal(origin('ahci_disk_queue_init'), disk('disk_queue'));
});

test('other words lead nowhere', () => {
  for (const name of [
    'printf',
    'disk_queue',
    'disk_queue_nothing',
    'disk_queue_nothing_t',
    'disk_queue_detach__tx_args',
    '__',
    '_',
    'errval_t',
  ]) {
    assert.equal(origin(name), undefined, name);
  }
});

test('fields of the tables of functions need the header', () => {
  assert.equal(origin('read_sector'), undefined);
  assert.equal(origin('read_sector', 'if/disk_queue_defs.h'), 'if/disk_queue.if: read_sector');
  assert.equal(origin('read_sector_call', 'if/disk_queue_lmp_defs.h'), 'if/disk_queue.if: read_sector');
  assert.equal(origin('detach', 'if/disk_queue_defs.h'), undefined);
});

test('a hover shows the C signatures', () => {
  const value = plainText(resolveInC('disk_queue_completed__tx', [], tree)?.hover.contents);
  assert.match(value, /const uint8_t \*sense,\n {4}size_t sense_len/);
  const rpc = plainText(resolveInC('disk_queue_read_sector_call__tx', [], tree)?.hover.contents);
  assert.match(rpc, /uint8_t data\[512\],\n {4}size_t \*data_size,\n {4}errval_t \*status/);
  const array = plainText(resolveInC('disk_queue_identify__rpc_tx_method_fn', [], tree)?.hover.contents);
  assert.match(array, /char model\[41\],\n {4}disk_queue_serial_number_t serial,\n {4}disk_queue_capacity_t \*sectors/);
});

test('completion is of the interfaces that are included', () => {
  const labels = (prefix: string, ...includes: string[]): string[] =>
    completeInC(prefix, includes, tree).map(({ label }) => label);
  assert.deepEqual(labels('disk_queue_su'), []);
  assert.deepEqual(labels('disk_queue_submit__t', 'if/disk_queue_defs.h'), [
    'disk_queue_submit__tx',
    'disk_queue_submit__tx_method_fn',
    'disk_queue_submit__tx_args',
  ]);
  assert.ok(labels('sensor_', 'barrelfish/barrelfish.h', 'if/sensor_ump_defs.h').includes('sensor_reading_t'));
});
