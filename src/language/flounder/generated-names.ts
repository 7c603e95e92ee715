import type { FlounderTree, MessageDeclaration, Name, TypeDeclaration } from './syntax.ts';
import { wiresOf } from './c-types.ts';

/** Which of the generated headers a name is in. */
type Header = 'defs' | 'backend' | 'thc' | 'types';

/** A C name that Flounder makes of an interface. */
export interface CName {
  readonly name: string;
  readonly kind: 'function' | 'type' | 'struct' | 'union' | 'enum' | 'constant';
  readonly header: Header;
  /** Where it comes from. */
  readonly origin: Name;
  readonly message?: MessageDeclaration;
  readonly type?: TypeDeclaration;
  readonly what: string;
}

type Row = readonly [suffix: string, kind: CName['kind'], what: string];

/** Of every interface, in if/X_defs.h: tools/flounder/GHBackend.hs. */
const general: readonly Row[] = [
  ['binding', 'struct', 'One end of a connection: state, waitset, and the tables of functions.'],
  ['export', 'function', 'Offers the service: export_cb gets its iref, connect_cb each client.'],
  ['bind', 'function', 'Connects to the service of an iref; the continuation gets the binding.'],
  ['accept', 'function', 'Takes a connection over a frame that both sides share already.'],
  ['connect', 'function', 'Connects over a frame that both sides share already.'],
  ['create_endpoint', 'function', 'Makes an endpoint capability that a client can bind to.'],
  ['bind_to_endpoint', 'function', 'Binds to an endpoint capability.'],
  ['rpc_client_init', 'function', 'Fills rpc_tx_vtbl of a binding: to be called before the first rpc.'],
  ['frameinfo', 'struct', 'Buffers in shared memory, for accept and connect.'],
  ['tx_vtbl', 'struct', 'Functions that send, one for each message; the binding fills them in.'],
  ['rx_vtbl', 'struct', 'Handlers, one for each message; the user fills them in.'],
  ['rpc_tx_vtbl', 'struct', 'Blocking calls, one for each rpc.'],
  ['rpc_rx_vtbl', 'struct', 'Handlers that answer at once, one for each rpc.'],
  ['tx_arg_union', 'union', 'Arguments of the message that is being sent.'],
  ['rx_arg_union', 'union', 'Arguments of the message that is being received.'],
  ['msg_enum', 'enum', 'Numbers of the messages.'],
  ['bind_continuation_fn', 'type', 'Is called when a bind is done, or has failed.'],
  ['connect_fn', 'type', 'Is called for each new client, which it may refuse.'],
  ['can_send_fn', 'type', 'Whether a message can be sent now.'],
  ['register_send_fn', 'type', 'Asks to be called when a message can be sent.'],
  ['change_waitset_fn', 'type', 'Moves a binding to another waitset.'],
  ['control_fn', 'type', 'Control operations of a binding.'],
  ['error_handler_fn', 'type', 'Is called when a connection fails.'],
  ['receive_next_fn', 'type', 'Goes on receiving.'],
  ['get_receiving_chanstate_fn', 'type', 'Channel state that receives.'],
  ['_MAX_MESSAGE_SIZE', 'constant', 'Bytes of the largest message, as its arguments lie in memory.'],
  ['__dummy__msgnum', 'constant', '0: no message.'],
  ['__bind__msgnum', 'constant', '1: the request to bind.'],
  ['__bind_reply__msgnum', 'constant', '2: the answer to a bind.'],
];

const backends: Readonly<Record<string, string>> = {
  lmp: 'binding init destroy bind connect_handler create_endpoint bind_to_endpoint rx_handler',
  ump: 'binding init destroy bind connect_handler create_endpoint bind_to_endpoint rx_handler accept connect',
  ump_ipi: 'binding init destroy bind connect_handler create_endpoint bind_to_endpoint rx_handler accept connect',
  multihop: 'binding init destroy bind connect_handler rx_handler caps_rx_handler',
  loopback: 'init',
  local: 'init connect_handler',
  msgbuf: 'binding init',
};

const threaded =
  'client_binding_t service_binding_t arg_union accept connect connect_by_name connect_info export export_info ' +
  'init_client init_service client_receive_vtbl client_send_vtbl service_receive_vtbl service_send_vtbl ' +
  'rpc_fifo rpc_ooo rpc_seq client_receive_vtbl_x client_send_vtbl_x service_receive_vtbl_x service_send_vtbl_x ' +
  'rpc_fifo_x rpc_ooo_x rpc_seq_x';
const threadedToo =
  'client_msg client_msg_t service_msg service_msg_t client_selector service_selector msg_enum_t call_msg_enum_t ' +
  'resp_msg_enum_t recv_any__thc_client_t recv_any__thc_client_t_x recv_any__thc_service_t recv_any__thc_service_t_x';

/** All names, most wanted first where two are the same (`X_export` is also a structure). */
export function generatedNames({ head, types, messages }: FlounderTree): CName[] {
  if (!head?.name) return [];
  const { name: origin } = head;
  const prefix = origin.text;
  const names: CName[] = [];
  for (const type of types) names.push(...namesOfType(prefix, type));
  for (const message of messages) names.push(...namesOfMessage(prefix, message));
  for (const [suffix, kind, what] of general) {
    names.push({ name: `${prefix}_${suffix}`, kind, header: 'defs', origin, what });
  }
  for (const [backend, list] of Object.entries(backends)) {
    for (const suffix of list.split(' ')) {
      const kind = suffix === 'binding' ? 'struct' : 'function';
      names.push({
        name: `${prefix}_${backend}_${suffix}`,
        kind,
        header: 'backend',
        origin,
        what: `Of the backend ${backend}.`,
      });
    }
  }
  for (const suffix of [...threaded.split(' ').map((each) => `thc_${each}`), ...threadedToo.split(' ')]) {
    const kind = /(?:_t|_x|vtbl|union|info|selector|msg|rpc_\w+)$/.test(suffix) ? 'type' : 'function';
    names.push({
      name: `${prefix}_${suffix}`,
      kind,
      header: 'thc',
      origin,
      what: 'For programs with threads in C (THC).',
    });
  }
  const ahci = { header: 'backend', origin, what: 'Of the backend ahci.' } as const;
  names.push(
    { ...ahci, name: `ahci_${prefix}_binding`, kind: 'struct' },
    { ...ahci, name: `ahci_${prefix}_init`, kind: 'function' },
  );
  names.push({
    name: `IF_TYPE_${prefix.toUpperCase()}`,
    kind: 'constant',
    header: 'types',
    origin,
    what: 'Number of the interface among all endpoints’ types.',
  });
  return names;
}

export function namesOfType(prefix: string, type: TypeDeclaration): CName[] {
  const { name: origin, form, constants } = type;
  const names: CName[] = [];
  if (origin) {
    const made = { header: 'defs', origin, type } as const;
    const kind = form === 'enum' ? 'enum' : 'type';
    names.push({ ...made, name: `${prefix}_${origin.text}_t`, kind, what: `The ${form} ${origin.text}.` });
    if (form === 'struct')
      names.push({
        ...made,
        name: `_${prefix}_${origin.text}__struct`,
        kind: 'struct',
        what: `The struct ${origin.text}.`,
      });
  }
  for (const [value, constant] of constants.entries()) {
    const what = `${String(value)}, of the enum ${origin?.text ?? ''}.`;
    names.push({ name: `${prefix}_${constant.text}`, kind: 'constant', header: 'defs', origin: constant, type, what });
  }
  return names;
}

function namesOfMessage(prefix: string, message: MessageDeclaration): CName[] {
  const { name: origin, form, arguments: all } = message;
  if (!origin) return [];
  const names: CName[] = [];
  const add = (name: string, kind: CName['kind'], what: string, header: Header = 'defs'): void => {
    names.push({ name: `${prefix}_${name}`, kind, header, origin, message, what });
  };
  const own = origin.text;
  if (form === 'rpc') {
    add(`${own}__rpc_tx_method_fn`, 'type', `The call of the rpc, as in rpc_tx_vtbl.${own}.`);
    add(`${own}__rpc_rx_method_fn`, 'type', `A handler that answers at once, as in rpc_rx_vtbl.${own}_call.`);
  }
  for (const wire of wiresOf(message)) {
    add(`${wire.name}__tx`, 'function', 'Sends the message; the continuation is called when it is sent.');
    add(`${wire.name}__tx_method_fn`, 'type', `What sends the message, as in tx_vtbl.${wire.name}.`);
    add(`${wire.name}__rx_method_fn`, 'type', `A handler of the message, as in rx_vtbl.${wire.name}.`);
    add(`${wire.name}__msgnum`, 'constant', 'Number of the message.');
    if (wire.arguments.length > 0) {
      add(`${wire.name}__tx_args`, 'struct', 'Arguments of the message while it is being sent.');
      add(`${wire.name}__rx_args`, 'struct', 'Arguments of the message while it is being received.');
    }
    for (const { name, maximum } of wire.arguments) {
      if (name && maximum !== undefined) {
        add(
          `_${wire.name}_${name.text}_MAX_ARGUMENT_SIZE`,
          'constant',
          `${String(maximum)}: the most that ${name.text} can hold.`,
        );
      }
    }
  }
  const thc = (name: string, kind: CName['kind'] = 'type'): void => {
    add(name, kind, 'For programs with threads in C (THC).', 'thc');
  };
  thc(own, 'constant');
  thc(`_call_${own}`, 'constant');
  thc(`_resp_${own}`, 'constant');
  for (const side of ['client_recv', 'client_send', 'service_recv', 'service_send']) {
    thc(`${own}__thc_${side}_t`);
    thc(`${own}__thc_${side}_t_x`);
  }
  if (form !== 'rpc' && all.length > 0) thc(`${own}__args_t`, 'struct');
  if (form === 'rpc') {
    for (const suffix of [
      '_in_args_t',
      '_out_args_t',
      '__union_t',
      '_thc_call__t',
      '_thc_call__t_x',
      '_thc_ooo_call__t',
      '_thc_ooo_call__t_x',
    ])
      thc(`${own}_${suffix}`);
  }
  return names;
}
