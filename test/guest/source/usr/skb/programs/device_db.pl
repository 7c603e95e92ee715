% The drivers of the test guest.

pci_driver{
    binary: "e1000n",
    module: "e1000n_module",
    supported_cards:
    [ pci_card{ vendor: 16'8086, device: 16'100e, function: _, subvendor: _, subdevice: _ },
      pci_card{ vendor: 16'8086, device: 16'10d3, function: _, subvendor: _, subdevice: _ }
    ],
    core_hint: 0,
    core_offset: 0,
    multi_instance: 0,
    interrupt_load: 0.75,
    interrupt_model: ['legacy'],
    platforms: ['x86_64']
}.
